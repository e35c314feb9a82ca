/**
 * Names of the error numbers that PM callbacks return, as include/uapi/asm-generic/errno-base.h and errno.h number them (arm,
 * arm64, riscv, x86 and most others).
 */
const ERRNO_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'EPERM'],
  [2, 'ENOENT'],
  [4, 'EINTR'],
  [5, 'EIO'],
  [6, 'ENXIO'],
  [11, 'EAGAIN'],
  [12, 'ENOMEM'],
  [13, 'EACCES'],
  [14, 'EFAULT'],
  [16, 'EBUSY'],
  [17, 'EEXIST'],
  [19, 'ENODEV'],
  [22, 'EINVAL'],
  [28, 'ENOSPC'],
  [32, 'EPIPE'],
  [38, 'ENOSYS'],
  [61, 'ENODATA'],
  [62, 'ETIME'],
  [71, 'EPROTO'],
  [75, 'EOVERFLOW'],
  [95, 'EOPNOTSUPP'],
  [108, 'ESHUTDOWN'],
  [110, 'ETIMEDOUT'],
  [114, 'EALREADY'],
  [115, 'EINPROGRESS'],
  [121, 'EREMOTEIO'],
  [123, 'ENOMEDIUM'],
  [125, 'ECANCELED'],
  [517, 'EPROBE_DEFER'],
  [524, 'ENOTSUPP'],
]);

/** What a callback returned, in words: `-16 (EBUSY)`; the number alone where it has no name here. */
export function errorText(error: number): string {
  const name = ERRNO_NAMES.get(-error);
  return name === undefined ? `${error}` : `${error} (${name})`;
}

/** The error number of a name (`EBUSY`: 16); undefined for one that is not known here. */
export function errnoNamed(name: string): number | undefined {
  for (const [error, known] of ERRNO_NAMES) if (known === name) return error;
  return undefined;
}
