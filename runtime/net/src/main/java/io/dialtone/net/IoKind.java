package io.dialtone.net;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.netty.channel.epoll.Epoll;

/** How bytes pass between the kernel and us. */
public enum IoKind {
    /** {@link #EPOLL} where it works, else {@link #NIO}. */
    AUTO,

    /** The JDK's channels through Netty: any operating system, a system call and some garbage per datagram. */
    NIO,

    /** Netty's epoll loop, and recvmmsg and sendmmsg for datagrams: Linux on x86-64 and AArch64, no garbage. */
    EPOLL;

    private static final System.Logger LOG = System.getLogger(IoKind.class.getName());

    /**
     * The kind that works here, never {@link #AUTO}; says so if it is the lesser one.
     *
     * @param who the protocol that is to go by it, for the log
     */
    public IoKind choose(final String who) {
        if (this == NIO) {
            return NIO;
        }
        if (Linux.isHere() && Epoll.isAvailable()) {
            return EPOLL;
        }
        LOG.log(
                this == EPOLL ? WARNING : INFO,
                "{0} goes by nio: epoll does not work here ({1}).",
                who,
                Linux.isHere() ? String.valueOf(Epoll.unavailabilityCause()) : "not 64-bit Linux");
        return NIO;
    }
}
