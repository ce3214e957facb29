; What ./install.sh demo lets GIMP do: one photograph enlarged, one with a thing removed. Both procedures are called as
; any script would call them; the rest makes the pictures to look at.

(define demo-seed 12345)

(define (demo-load path)
  (car (gimp-file-load RUN-NONINTERACTIVE path path)))

(define (demo-drawable image)
  (car (gimp-image-get-active-drawable image)))

; Saves what is seen of an image, and gives back the one layer that it is saved as.
(define (demo-save image path)
  (gimp-image-merge-visible-layers image CLIP-TO-IMAGE)
  (file-png-save-defaults RUN-NONINTERACTIVE image (demo-drawable image) path path))

; Saves two images of the same size side by side.
(define (demo-save-compared left right path)
  (let* ((width (car (gimp-image-width left)))
         (height (car (gimp-image-height left)))
         (gap 8)
         (both (car (gimp-image-new (+ width gap width) height RGB)))
         (ground (car (gimp-layer-new both (+ width gap width) height RGB-IMAGE "" 100 LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer both ground 0 -1)
    (gimp-drawable-fill ground FILL-WHITE)
    (let ((place (lambda (image x)
                   (let ((layer (car (gimp-layer-new-from-visible image both ""))))
                     (gimp-image-insert-layer both layer 0 -1)
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
    (gimp-image-scale before (* 4 (car (gimp-image-width before))) (* 4 (car (gimp-image-height before))))
    (plug-in-resshift-upscale RUN-NONINTERACTIVE after (demo-drawable after) "" 4 0 demo-seed)
    (demo-save-all before after stem)))

; The right-hand boat and its reflection, drawn by hand around them.
(define demo-boat
  #(234 166  256 166  284 175  314 206  313 216  305 227  311 251  295 251  261 226  234 198  231 178))

; Before: the photograph, with the selection outlined. After: the selection filled by the model.
(define (demo-inpaint picture stem)
  (let ((before (demo-load picture))
        (after (demo-load picture))
        (select (lambda (image)
                  (gimp-image-select-polygon image CHANNEL-OP-REPLACE (vector-length demo-boat) demo-boat))))
    (gimp-context-set-antialias TRUE)
    (gimp-context-set-feather TRUE)
    (gimp-context-set-feather-radius 2 2)
    (select after)
    (plug-in-resshift-inpaint RUN-NONINTERACTIVE after (demo-drawable after) "" demo-seed)
    (gimp-context-set-feather FALSE)
    (select before)
    (gimp-context-set-foreground '(255 40 40))
    (gimp-context-set-brush-size 1)
    (gimp-context-set-stroke-method STROKE-LINE)
    (gimp-context-set-line-width 1)
    (gimp-drawable-edit-stroke-selection (demo-drawable before))
    (gimp-selection-none before)
    (gimp-selection-none after)
    (demo-save-all before after stem)))
