"""Any recording to a `Clip`: decoding in a bounded process, mixing, resampling, normalising."""
