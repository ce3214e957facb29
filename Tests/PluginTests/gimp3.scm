; The calls of GIMP 2.10 that the tests' programs make, in GIMP 3: other names, orders, and shapes of results. So one list of
; cases serves both. Loaded before prelude.scm.

; Called otherwise there.
(define aref vector-ref)
(define gimp-image-width gimp-image-get-width)
(define gimp-image-height gimp-image-get-height)
(define gimp-image-base-type gimp-image-get-base-type)
(define gimp-drawable-width gimp-drawable-get-width)
(define gimp-drawable-height gimp-drawable-get-height)
(define gimp-drawable-offsets gimp-drawable-get-offsets)
(define gimp-edit-fill gimp-drawable-edit-fill)
(define gimp-item-is-layer gimp-item-id-is-layer)
(define PRECISION-U8-GAMMA PRECISION-U8-NON-LINEAR)
(define PRECISION-U16-GAMMA PRECISION-U16-NON-LINEAR)
(define PRECISION-U32-GAMMA PRECISION-U32-NON-LINEAR)
(define PRECISION-HALF-GAMMA PRECISION-HALF-NON-LINEAR)
(define PRECISION-FLOAT-GAMMA PRECISION-FLOAT-NON-LINEAR)

; Vectors without their number of elements.
(define (counted vector) (list (vector-length vector) vector))
(define gimp3-image-get-layers gimp-image-get-layers)
(define (gimp-image-get-layers image) (counted (car (gimp3-image-get-layers image))))
(define gimp3-item-get-children gimp-item-get-children)
(define (gimp-item-get-children item) (counted (car (gimp3-item-get-children item))))
(define gimp3-item-get-parasite-list gimp-item-get-parasite-list)
(define (gimp-item-get-parasite-list item) (counted (list->vector (car (gimp3-item-get-parasite-list item)))))
(define (gimp-image-list) (counted (car (gimp-get-images))))
(define gimp3-drawable-get-pixel gimp-drawable-get-pixel)
(define (gimp-drawable-get-pixel drawable x y)
  (counted (list->vector (car (gimp3-drawable-get-pixel drawable x y)))))

; An empty image of the size, colours, precision and, of layers, the profile that a drawable has. Profiles are out of reach of
; scripts, so that of a layer comes with a copy of the image.
(define (image-for drawable)
  (let* ((from (car (gimp-item-get-image drawable)))
         (gray (= (car (gimp-drawable-is-gray drawable)) TRUE))
         (width (car (gimp-drawable-width drawable)))
         (height (car (gimp-drawable-height drawable))))
    (if (= (car (gimp-item-is-layer drawable)) TRUE)
        (let ((image (car (gimp-image-duplicate from))))
          (for-each (lambda (layer) (gimp-image-remove-layer image layer))
                    (vector->list (car (gimp3-image-get-layers image))))
          (gimp-image-resize image width height 0 0)
          (gimp-selection-none image)
          image)
        (car (gimp-image-new-with-precision width height (if gray GRAY RGB) (car (gimp-image-get-precision from)))))))

; Writes the only layer of an image as an uncompressed TIFF with its profile.
(define (save-tiff image layer path)
  (file-tiff-export #:run-mode RUN-NONINTERACTIVE #:image image #:file path #:compression "none"
                    #:include-color-profile TRUE #:include-exif FALSE #:include-iptc FALSE #:include-xmp FALSE
                    #:include-thumbnail FALSE))

; Several at a time.
(define (gimp-image-get-active-layer image) (list (vector-ref (car (gimp-image-get-selected-layers image)) 0)))
(define (gimp-image-get-active-drawable image) (list (vector-ref (car (gimp-image-get-selected-drawables image)) 0)))
(define (gimp-image-set-active-layer image layer) (gimp-image-set-selected-layers image (vector layer)))
(define gimp3-edit-copy gimp-edit-copy)
(define (gimp-edit-copy drawable) (gimp3-edit-copy (vector drawable)))
(define gimp3-edit-paste gimp-edit-paste)
(define (gimp-edit-paste drawable into) (list (vector-ref (car (gimp3-edit-paste drawable into)) 0)))

; Other orders of arguments, names that are given at once, files that are named once.
(define gimp3-layer-new gimp-layer-new)
(define (gimp-layer-new image width height type name opacity mode)
  (gimp3-layer-new image name width height type opacity mode))
(define gimp3-channel-new gimp-channel-new)
(define (gimp-channel-new image width height name opacity colour)
  (gimp3-channel-new image name width height opacity colour))
(define (gimp-layer-group-new image) (gimp-group-layer-new image "Layer Group"))
(define gimp3-layer-copy gimp-layer-copy)
(define (gimp-layer-copy layer add-alpha) (gimp3-layer-copy layer))
(define gimp3-file-load gimp-file-load)
(define (gimp-file-load mode path name) (gimp3-file-load mode path))
(define gimp3-xcf-save gimp-xcf-save)
(define (gimp-xcf-save mode image drawable path name) (gimp3-xcf-save mode image path))
(define (without-scheme uri)
  (if (string=? (substring uri 0 7) "file://") (substring uri 7 (string-length uri)) uri))
(define (gimp-image-set-filename image path) (gimp-image-set-file image path))
(define (gimp-image-get-filename image) (list (without-scheme (car (gimp-image-get-file image)))))
(define gimp3-image-set-color-profile-from-file gimp-image-set-color-profile-from-file)
(define (gimp-image-set-color-profile-from-file image uri)
  (gimp3-image-set-color-profile-from-file image (without-scheme uri)))
(define gimp3-image-convert-color-profile-from-file gimp-image-convert-color-profile-from-file)
(define (gimp-image-convert-color-profile-from-file image uri intent bpc)
  (gimp3-image-convert-color-profile-from-file image (without-scheme uri) intent bpc))
(define (plug-in-plasma mode image drawable seed turbulence)
  (gimp-drawable-fill drawable FILL-WHITE)
  (gimp-drawable-merge-new-filter drawable "gegl:plasma" "" LAYER-MODE-REPLACE 1.0 "seed" seed "turbulence" turbulence))

; Ours, whose arguments have names there.
(define gimp3-upscale plug-in-resshift-upscale)
(define (plug-in-resshift-upscale mode image drawable model factor output seed)
  (gimp3-upscale #:run-mode mode #:image image #:drawables (vector drawable) #:model model #:factor factor
                 #:output output #:seed seed))
(define gimp3-inpaint plug-in-resshift-inpaint)
(define (plug-in-resshift-inpaint mode image drawable model seed)
  (gimp3-inpaint #:run-mode mode #:image image #:drawables (vector drawable) #:model model #:seed seed))
(define gimp3-restore plug-in-resshift-restore)
(define (plug-in-resshift-restore mode image drawable model seed)
  (gimp3-restore #:run-mode mode #:image image #:drawables (vector drawable) #:model model #:seed seed))
(define gimp3-models plug-in-resshift-models)
(define (plug-in-resshift-models mode) (gimp3-models #:run-mode mode))

(define gimp3-inpaint-full plug-in-resshift-inpaint-full)
(define (plug-in-resshift-inpaint-full mode image drawable model seed grow tone-match sample-merged)
  (gimp3-inpaint-full #:run-mode mode #:image image #:drawables (vector drawable) #:model model #:seed seed #:grow grow
                      #:tone-match tone-match #:sample-merged sample-merged))
(define gimp3-outpaint plug-in-resshift-outpaint)
(define (plug-in-resshift-outpaint mode image drawable model left right top bottom seed)
  (gimp3-outpaint #:run-mode mode #:image image #:drawables (vector drawable) #:model model #:left left #:right right
                  #:top top #:bottom bottom #:seed seed))
(define gimp3-upscale-to plug-in-resshift-upscale-to)
(define (plug-in-resshift-upscale-to mode image drawable model width output seed)
  (gimp3-upscale-to #:run-mode mode #:image image #:drawables (vector drawable) #:model model #:width width
                    #:output output #:seed seed))
(define gimp3-again plug-in-resshift-again)
(define (plug-in-resshift-again mode image drawable)
  (gimp3-again #:run-mode mode #:image image #:drawables (vector drawable)))
(define gimp3-call plug-in-resshift-call)
(define (plug-in-resshift-call mode image drawable procedure options)
  (gimp3-call #:run-mode mode #:image image #:drawables (vector drawable) #:procedure-name procedure #:options options))
