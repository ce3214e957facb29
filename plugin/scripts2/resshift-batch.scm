; ResShift for GIMP: whole folders of pictures in one go.
;
; These functions take the pictures that match `pattern`, write output-folder/BASENAME.png for each, go on when one
; fails, and return the number of failures; each failure has a message. A path that exists is taken as it stands,
; otherwise * ? [ ] mean what they do in a shell. Where two pictures have one BASENAME, or the result would replace one
; of the pictures, it is called NAME.png with the picture's whole name. From a batch line they are plain functions,
; without a run mode:
;
;   gimp-console-2.10 -idf -b '(script-fu-resshift-batch-upscale "/photos/*.jpg" "/large" "" 4 -1)' -b '(gimp-quit 0)'
;
; The work is done by procedures of the plug-in: names are bytes there, and masks are read by the rule of the program.
;
; Part of ResShift for GIMP, GPL-3.0-or-later.

(define (script-fu-resshift-batch-upscale pattern output-folder model factor seed)
  (car (plug-in-resshift-batch-upscale RUN-NONINTERACTIVE pattern output-folder model factor seed)))

; The mask of a picture is mask-folder/BASENAME.*, white = fill.
(define (script-fu-resshift-batch-inpaint pattern mask-folder output-folder model seed)
  (car (plug-in-resshift-batch-inpaint RUN-NONINTERACTIVE pattern mask-folder output-folder model seed)))

(define (script-fu-resshift-batch-restore pattern output-folder model seed)
  (car (plug-in-resshift-batch-restore RUN-NONINTERACTIVE pattern output-folder model seed)))

; Without a place in the menu: there are the entries of the plug-in, with dialogs of their own.

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

(script-fu-register
 "script-fu-resshift-batch-restore"
 "Batch _Restore..."
 "Restore all pictures that match a pattern with ResShift and write them as PNG files"
 "The ResShift for GIMP authors" "GPL-3.0-or-later" "2026" ""
 SF-STRING "Pictures (pattern)" "/path/to/*.jpg"
 SF-DIRNAME "Output folder" ""
 SF-STRING "Model (empty = default)" ""
 SF-ADJUSTMENT "Seed (-1 = random)" '(-1 -1 2147483647 1 100 0 SF-SPINNER))
