/** RPM_* flags of drivers/base/power/runtime.c's internal functions (include/linux/pm_runtime.h). */
export const RPM_ASYNC = 1;
export const RPM_NOWAIT = 2;
export const RPM_AUTO = 8;
