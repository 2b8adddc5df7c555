package io.dialtone.net;

/** What a loop does when there is nothing to do. */
public enum WaitMode {
    /** Sleeps in the kernel until a datagram or the ingress's next deadline: for a loop whose only input is its sockets. */
    BLOCK,

    /** Looks at the ingress again after short, growing rests: for a loop that also reads a link, which no kernel call can wait for. */
    POLL
}
