package io.dialtone.sip.transport;

/** How datagrams pass between the kernel and us. */
public enum IoKind {
    /** {@link #EPOLL} where it works, else {@link #NIO}. */
    AUTO,

    /** The JDK's channels through Netty: any operating system, a system call and some garbage per message. */
    NIO,

    /** recvmmsg and sendmmsg on Netty's epoll loop: Linux on x86-64 and AArch64, no garbage. */
    EPOLL
}
