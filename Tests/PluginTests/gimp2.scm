; What GIMP 2.10 does in a way of its own. Loaded before prelude.scm.

; An empty image of the size, colours, precision and, of layers, the profile that a drawable has.
(define (image-for drawable)
  (let* ((from (car (gimp-item-get-image drawable)))
         (gray (= (car (gimp-drawable-is-gray drawable)) TRUE))
         (image (car (gimp-image-new-with-precision
                      (car (gimp-drawable-width drawable)) (car (gimp-drawable-height drawable))
                      (if gray GRAY RGB) (car (gimp-image-get-precision from)))))
         (profile (gimp-image-get-color-profile from)))
    (if (and (> (car profile) 0) (= (car (gimp-item-is-layer drawable)) TRUE))
        (gimp-image-set-color-profile image (car profile) (cadr profile)))
    image))

; Writes the only layer of an image as an uncompressed TIFF with its profile.
(define (save-tiff image layer path) (gimp-file-save RUN-NONINTERACTIVE image layer path path))
