import CGimp
import ResShift
