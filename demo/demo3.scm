; What ./install.sh demo lets GIMP 3 do: one photograph enlarged, one mended. Both procedures are called as
; any script would call them; the rest makes the pictures to look at.

(define demo-seed 12345)

(define (demo-load path)
  (car (gimp-file-load RUN-NONINTERACTIVE path)))

(define (demo-drawable image)
  (vector-ref (car (gimp-image-get-layers image)) 0))

; Saves what is seen of an image, and gives back the one layer that it is saved as.
(define (demo-save image path)
  (gimp-image-merge-visible-layers image CLIP-TO-IMAGE)
  (file-png-export #:run-mode RUN-NONINTERACTIVE #:image image #:file path))

; Saves two images of the same size side by side.
(define (demo-save-compared left right path)
  (let* ((width (car (gimp-image-get-width left)))
         (height (car (gimp-image-get-height left)))
         (gap 8)
         (both (car (gimp-image-new (+ width gap width) height RGB)))
         (ground (car (gimp-layer-new both "ground" (+ width gap width) height RGB-IMAGE 100 LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer both ground 0 0)
    (gimp-drawable-fill ground FILL-WHITE)
    (let ((place (lambda (image x)
                   (let ((layer (car (gimp-layer-new-from-visible image both "seen"))))
                     (gimp-image-insert-layer both layer 0 0)
                     (gimp-layer-set-offsets layer x 0)))))
      (place left 0)
      (place right (+ width gap)))
    (demo-save both path)
    (gimp-image-delete both)))

(define (demo-save-all before after stem)
  (demo-save before (string-append stem "-before.png"))
  (demo-save after (string-append stem "-after.png"))
  (demo-save-compared before after (string-append stem "-compared.png"))
  (gimp-image-delete before)
  (gimp-image-delete after))

; Before: GIMP's own cubic scaling. After: the model, four times larger.
(define (demo-upscale picture stem)
  (let ((before (demo-load picture))
        (after (demo-load picture)))
    (gimp-context-set-interpolation INTERPOLATION-CUBIC)
    (gimp-image-scale before (* 4 (car (gimp-image-get-width before))) (* 4 (car (gimp-image-get-height before))))
    (plug-in-resshift-upscale #:image after #:drawables (vector (demo-drawable after)) #:factor 4 #:output 0
                              #:seed demo-seed)
    (demo-save-all before after stem)))

; What is damaged, as x y x y ... from pixel to pixel: scratches, and specks of dust.
(define demo-scratches
  '((14 36 70 42 128 35 190 48 250 43 318 55 372 50)
    (206 146 212 172 207 196 213 226 208 246)
    (262 30 258 70 264 104)
    (300 170 292 196 296 222 288 240)
    (150 92) (86 112) (222 78) (340 188) (240 222) (60 72)))

; Adds all that is nearer than `reach` pixels to a line from point to point.
(define (demo-select-along image points reach)
  (let ((x (+ (car points) 0.5))
        (y (+ (cadr points) 0.5))
        (rest (cddr points)))
    (gimp-image-select-ellipse image CHANNEL-OP-ADD (- x reach) (- y reach) (* 2 reach) (* 2 reach))
    (if (pair? rest)
        (let* ((right (- (+ (car rest) 0.5) x))
               (down (- (+ (cadr rest) 0.5) y))
               (far (sqrt (+ (* right right) (* down down))))
               (across (/ (* reach down) far))
               (along (/ (* reach right) far)))
          (gimp-image-select-polygon image CHANNEL-OP-ADD
            (vector (+ x across) (- y along) (+ x right across) (- (+ y down) along)
                    (- (+ x right) across) (+ y down along) (- x across) (+ y along)))
          (demo-select-along image rest reach)))))

; Before: the photograph with its damage. After: the damage selected and filled by the model.
(define (demo-inpaint picture stem)
  (let ((before (demo-load picture))
        (after (demo-load picture)))
    (gimp-context-set-antialias TRUE)
    (gimp-context-set-feather FALSE)
    (for-each (lambda (points) (demo-select-along after points 3.8)) demo-scratches)
    (plug-in-resshift-inpaint #:image after #:drawables (vector (demo-drawable after)) #:seed demo-seed)
    (gimp-selection-none after)
    (demo-save-all before after stem)))
