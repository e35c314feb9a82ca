/** Error numbers of the kernel, positive; callbacks return them negated. */
export const ENOENT = 2;
export const EIO = 5;
export const EBUSY = 16;
export const ENODEV = 19;
export const EINVAL = 22;
export const EPROBE_DEFER = 517;
