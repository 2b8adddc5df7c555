package io.dialtone.sip.transport;

import io.dialtone.sip.routing.SipListener;
import io.netty.channel.IoHandlerFactory;
import java.io.IOException;

/** Makes the sockets of one kind. Called by the thread that starts the transport. */
interface SocketBinder {
    /** Connections that may wait for us to take them. */
    int BACKLOG = 1024;

    /** What Netty's loop runs on for sockets of this kind. */
    IoHandlerFactory handlers();

    /**
     * Binds a listener for one loop. The first loop binds alone, so that a port someone else holds is noticed; the others share its port.
     *
     * @param listener its port is that of the first loop's socket, but for the first loop itself
     * @param loop index of the loop
     * @param loops number of loops that will share the port
     */
    SipSocket bind(SipListener listener, int loop, int loops, LoopMemory memory) throws IOException;
}
