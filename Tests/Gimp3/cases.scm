; What inside.sh lets GIMP 3 do. `out` is the folder of pictures.

(define (in-out name) (string-append out "/" name))
(define (open name) (car (gimp-file-load RUN-NONINTERACTIVE (in-out name))))
(define (top image) (vector-ref (car (gimp-image-get-layers image)) 0))
(define (save image name) (file-png-export #:run-mode RUN-NONINTERACTIVE #:image image #:file (in-out name)))

(define (upscale from to)
  (let* ((image (open from))
         (layer (car (plug-in-resshift-upscale #:image image #:drawables (vector (top image)) #:factor 4 #:output 1
                                               #:seed 7))))
    (save (car (gimp-item-get-image layer)) to)))

(define (inpaint from to)
  (let* ((image (open from)))
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 40 30 50 40)
    (let* ((layer (car (plug-in-resshift-inpaint #:image image #:drawables (vector (top image)) #:seed 7)))
           (place (gimp-drawable-get-offsets layer)))
      (display (list "layers" (vector-length (car (gimp-image-get-layers image))) "offset" (car place) (cadr place)
                     "size" (car (gimp-drawable-get-width layer)) (car (gimp-drawable-get-height layer))))
      (newline)
      (gimp-image-flatten image)
      (save image to))))

(define (restore from to)
  (let* ((image (open from)))
    (plug-in-resshift-restore #:image image #:drawables (vector (top image)) #:seed 7)
    (gimp-image-flatten image)
    (save image to)))

(define (filtered from filter to)
  (let* ((image (open from)))
    (gimp-drawable-append-new-filter (top image) filter "" LAYER-MODE-REPLACE 1.0)
    (let ((layer (car (plug-in-resshift-upscale #:image image #:drawables (vector (top image)) #:factor 2 #:output 1
                                                #:seed 7))))
      (save (car (gimp-item-get-image layer)) to))))

(define (folders)
  (let* ((large (script-fu-resshift-batch-upscale (in-out "in/*.png") (in-out "large") "" 2 3))
         (mended (script-fu-resshift-batch-inpaint (in-out "in/*.png") (in-out "masks") (in-out "mended") "" 3)))
    (display (list "failures" large mended))
    (newline)))
