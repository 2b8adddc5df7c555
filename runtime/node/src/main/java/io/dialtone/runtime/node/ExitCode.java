package io.dialtone.runtime.node;

/** How a process ends, for scripts and supervisors; documented in docs/reference/exit-codes.md. */
final class ExitCode {
    /** It did what it was asked, or was told to stop and has stopped. */
    static final int OK = 0;

    /** It worked, and the answer is no: calls failed, a process was not found, a command was refused. */
    static final int NO = 1;

    /** The command line was not understood. */
    static final int USAGE = 2;

    /** Something from outside is missing: an address is taken, a process does not answer. */
    static final int UNAVAILABLE = 69;

    /** A fault of ours. */
    static final int FAULT = 70;

    /** The configuration is wrong; nothing was started. */
    static final int CONFIGURATION = 78;

    private ExitCode() {}
}
