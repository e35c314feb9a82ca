/** Error numbers of the kernel, positive; callbacks return them negated. */
export { EBUSY, EINVAL, EIO, ENODEV, ENOENT, EPROBE_DEFER, ETIMEDOUT } from '../core/errno.ts';
