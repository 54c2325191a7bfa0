/** u: one float64 operation is within a relative 2⁻⁵³ of its true value. */
export const UNIT_ROUNDOFF = 2 ** -53;
