; ResShift for GIMP: whole folders of pictures in one go.
;
; Both functions take the pictures that match `pattern`, write output-folder/BASENAME.png for each, go on when one
; fails, and return the number of failures. From a batch line they are plain functions, without a run mode:
;
;   gimp-console-2.10 -idf -b '(script-fu-resshift-batch-upscale "/photos/*.jpg" "/large" "" 4 -1)' -b '(gimp-quit 0)'
;
; Part of ResShift for GIMP, GPL-3.0-or-later.

; "/a/b/photo.small.png" -> "photo.small"
(define (resshift-batch-basename path)
  (let* ((name (car (reverse (strbreakup path DIR-SEPARATOR))))
         (parts (reverse (strbreakup name "."))))
    (if (null? (cdr parts))
        name
        (unbreakupstr (reverse (cdr parts)) "."))))

(define (resshift-batch-join folder name)
  (string-append folder DIR-SEPARATOR name))

(define (resshift-batch-target path output-folder)
  (resshift-batch-join output-folder (string-append (resshift-batch-basename path) ".png")))

(define (resshift-batch-load path)
  (car (gimp-file-load RUN-NONINTERACTIVE path path)))

; The picture as it is seen, as one layer that the network can take.
(define (resshift-batch-picture path)
  (let ((image (resshift-batch-load path)))
    (if (= (car (gimp-image-base-type image)) INDEXED)
        (gimp-image-convert-rgb image))
    (if (> (car (gimp-image-get-layers image)) 1)
        (gimp-image-merge-visible-layers image CLIP-TO-IMAGE))
    (gimp-selection-none image)
    image))

(define (resshift-batch-save image drawable path)
  (gimp-file-save RUN-NONINTERACTIVE image drawable path path))

; Calls `work` with the path of each match; whatever images a call leaves open are closed.
(define (resshift-batch-run pattern work)
  (let ((paths (cadr (file-glob pattern 1)))
        (failures 0))
    (if (null? paths)
        (gimp-message (string-append "ResShift: no file matches " pattern)))
    (for-each
     (lambda (path)
       (let ((open (vector->list (cadr (gimp-image-list)))))
         (if (not (catch #f (work path) #t))
             (begin
               (set! failures (+ failures 1))
               (gimp-message (string-append "ResShift: " path " could not be done; going on with the next"))))
         (for-each
          (lambda (image)
            (if (not (member image open)) (gimp-image-delete image)))
          (vector->list (cadr (gimp-image-list))))))
     paths)
    failures))

(define (script-fu-resshift-batch-upscale pattern output-folder model factor seed)
  (resshift-batch-run
   pattern
   (lambda (path)
     (let* ((image (resshift-batch-picture path))
            (drawable (car (gimp-image-get-active-layer image)))
            (layer (car (plug-in-resshift-upscale RUN-NONINTERACTIVE image drawable model factor 1 seed))))
       (resshift-batch-save (car (gimp-item-get-image layer)) layer (resshift-batch-target path output-folder))))))

; The file mask-folder/BASENAME.* for the picture at `path`.
(define (resshift-batch-mask-path path mask-folder)
  (let loop ((candidates (cadr (file-glob (resshift-batch-join mask-folder "*") 1))))
    (cond ((null? candidates)
           (gimp-message (string-append "ResShift: there is no mask for " path " in " mask-folder))
           (throw "no mask"))
          ((string=? (resshift-batch-basename (car candidates)) (resshift-batch-basename path))
           (car candidates))
          (else (loop (cdr candidates))))))

; Makes the selection of `image` from a mask file: white = selected, gray values as they are in the file.
(define (resshift-batch-select image mask-path)
  (let* ((mask-image (resshift-batch-load mask-path))
         (mask-drawable (car (gimp-image-flatten mask-image))))
    (if (not (and (= (car (gimp-image-width image)) (car (gimp-image-width mask-image)))
                  (= (car (gimp-image-height image)) (car (gimp-image-height mask-image)))))
        (begin
          (gimp-message (string-append "ResShift: mask " mask-path " has another size than its picture"))
          (throw "mask of another size")))
    (if (not (= (car (gimp-image-base-type mask-image)) GRAY))
        (gimp-image-convert-grayscale mask-image))
    (let* ((layer (car (gimp-layer-new-from-drawable mask-drawable image)))
           (active (car (gimp-image-get-active-layer image))))
      (gimp-image-insert-layer image layer 0 -1)
      ; A mask copied from a layer keeps the stored values; a channel pasted into would convert them to linear light.
      (let ((mask (car (gimp-layer-create-mask layer ADD-MASK-COPY))))
        (gimp-layer-add-mask layer mask)
        (gimp-image-select-item image CHANNEL-OP-REPLACE mask))
      (gimp-image-remove-layer image layer)
      (gimp-image-set-active-layer image active))))

(define (script-fu-resshift-batch-inpaint pattern mask-folder output-folder model seed)
  (resshift-batch-run
   pattern
   (lambda (path)
     (let* ((image (resshift-batch-picture path))
            (drawable (car (gimp-image-get-active-layer image)))
            (has-alpha (= (car (gimp-drawable-has-alpha drawable)) TRUE)))
       (resshift-batch-select image (resshift-batch-mask-path path mask-folder))
       (plug-in-resshift-inpaint RUN-NONINTERACTIVE image drawable model seed)
       (let ((result (car (if has-alpha
                              (gimp-image-merge-visible-layers image CLIP-TO-IMAGE)
                              (gimp-image-flatten image)))))
         (resshift-batch-save image result (resshift-batch-target path output-folder)))))))

(script-fu-register
 "script-fu-resshift-batch-upscale"
 "_Batch Upscale..."
 "Enlarge all pictures that match a pattern with ResShift and write them as PNG files"
 "The ResShift for GIMP authors" "GPL-3.0-or-later" "2025" ""
 SF-STRING "Pictures (pattern)" "/path/to/*.jpg"
 SF-DIRNAME "Output folder" ""
 SF-STRING "Model (empty = default)" ""
 SF-ADJUSTMENT "Factor" '(4 2 4 1 1 0 SF-SPINNER)
 SF-ADJUSTMENT "Seed (-1 = random)" '(-1 -1 2147483647 1 100 0 SF-SPINNER))
(script-fu-menu-register "script-fu-resshift-batch-upscale" "<Image>/Filters/Enhance/ResShift")

(script-fu-register
 "script-fu-resshift-batch-inpaint"
 "B_atch Inpaint..."
 "Fill the white parts of each picture's mask with ResShift and write the results as PNG files"
 "The ResShift for GIMP authors" "GPL-3.0-or-later" "2025" ""
 SF-STRING "Pictures (pattern)" "/path/to/*.jpg"
 SF-DIRNAME "Folder of masks with the same names" ""
 SF-DIRNAME "Output folder" ""
 SF-STRING "Model (empty = default)" ""
 SF-ADJUSTMENT "Seed (-1 = random)" '(-1 -1 2147483647 1 100 0 SF-SPINNER))
(script-fu-menu-register "script-fu-resshift-batch-inpaint" "<Image>/Filters/Enhance/ResShift")
