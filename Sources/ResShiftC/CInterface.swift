import ResShift
