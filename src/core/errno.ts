/** Error numbers of the kernel, positive; callbacks return them negated. */
export const ENOENT = 2;
export const EIO = 5;
export const EAGAIN = 11;
export const EACCES = 13;
export const EBUSY = 16;
export const EEXIST = 17;
export const ENODEV = 19;
export const EINVAL = 22;
export const ENXIO = 6;
export const EPERM = 1;
export const ETIMEDOUT = 110;
export const EINPROGRESS = 115;
export const EPROBE_DEFER = 517;
