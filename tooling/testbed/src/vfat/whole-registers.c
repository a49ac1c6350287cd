/*
 * Loaded into user-mode-linux. Its kernel hands the floating point registers of a process back in the size that it knows.
 * Processors with larger ones (AMX) refuse that, and no process can run: the rest is taken from the process itself.
 */
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

long ptrace(enum __ptrace_request request, ...)
{
	static char state[1 << 16] __attribute__((aligned(64)));
	va_list arguments;
	va_start(arguments, request);
	pid_t pid = va_arg(arguments, pid_t);
	void *address = va_arg(arguments, void *);
	void *data = va_arg(arguments, void *);
	va_end(arguments);
	if (request == PTRACE_SETREGSET && (long)address == NT_X86_XSTATE) {
		struct iovec *known = data;
		struct iovec whole = { state, sizeof(state) };
		if (syscall(SYS_ptrace, PTRACE_GETREGSET, pid, address, &whole) == 0 && known->iov_len < whole.iov_len) {
			memcpy(state, known->iov_base, known->iov_len);
			return syscall(SYS_ptrace, request, pid, address, &whole);
		}
	}
	if (request >= PTRACE_PEEKTEXT && request <= PTRACE_PEEKUSER) {
		/* The system call writes the word that the function returns. */
		long word;
		long result = syscall(SYS_ptrace, request, pid, address, &word);
		return result < 0 ? result : word;
	}
	return syscall(SYS_ptrace, request, pid, address, data);
}
