package io.dialtone.runtime.demo;

import java.net.InetSocketAddress;
import org.agrona.concurrent.UnsafeBuffer;

/** The caller's way out; a socket fills it, or a test. Called only by the generator's thread. */
@FunctionalInterface
interface DatagramOut {
    /** Sends the first {@code length} bytes, which are copied before this returns. A datagram that cannot go is lost, as on any network. */
    void send(UnsafeBuffer message, int length, InetSocketAddress to);
}
