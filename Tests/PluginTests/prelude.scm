; What the tests' Script-Fu needs: saying results to the log, catching errors with their text, saving pixels.

(define last-error "")
(set! *error-hook* (lambda what (set! last-error (car what)) (apply throw what)))

(define (text value)
  (cond ((string? value) value)
        ((number? value) (number->string value))
        ((eq? value #t) "true")
        ((not value) "false")
        ((vector? value) (text (vector->list value)))
        ((null? value) "")
        ((pair? value) (string-append (text (car value)) (if (null? (cdr value)) "" " ") (text (cdr value))))
        (else "?")))

; One line "key=value" in the log; new lines of the value become spaces.
(define (say key value)
  (display (string-append key "=" (unbreakupstr (strbreakup (text value) "\n") " ")) log-port)
  (newline log-port))

; Says what a call returned, or "error: " and its message.
(define (attempt key call)
  (set! last-error "")
  (let ((result (catch 'failed (call))))
    (say key (if (eq? result 'failed) (string-append "error: " last-error) result))))

(define (path name) (string-append folder "/" name))
(define (load-picture name) (car (gimp-file-load RUN-NONINTERACTIVE (path name) (path name))))
(define (layer-of image) (car (gimp-image-get-active-layer image)))

; The drawable's own pixels as an uncompressed TIFF of the image's precision and profile.
(define (save-drawable drawable name)
  (let ((image (image-for drawable)))
    (let ((layer (car (gimp-layer-new-from-drawable drawable image))))
      (gimp-image-insert-layer image layer 0 0)
      (gimp-layer-set-offsets layer 0 0)
      (if (not (= (car (gimp-layer-get-mask layer)) -1)) (gimp-layer-remove-mask layer MASK-DISCARD))
      (save-tiff image layer (path name)))
    (gimp-image-delete image)))

(define (save-visible image name)
  (save-drawable (car (gimp-layer-new-from-visible image image "visible")) name))

(define (save-selection image name)
  (save-drawable (car (gimp-image-get-selection image)) name))

; Size, offset and place of a layer, and whether its mask is being edited.
(define (say-layer key layer)
  (let ((image (car (gimp-item-get-image layer))))
    (say key
         (list (car (gimp-drawable-width layer)) (car (gimp-drawable-height layer)) (gimp-drawable-offsets layer)
               (car (gimp-image-get-item-position image layer)) (car (gimp-drawable-type layer))))
    (say (string-append key "-name") (car (gimp-item-get-name layer)))))

(define (say-image key image)
  (say key
       (list (car (gimp-image-width image)) (car (gimp-image-height image)) (car (gimp-image-get-layers image)))))
