package io.dialtone.diameter.transport;

import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.peer.PeerConnection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A door behind which a test stands: it does what it is told with each message, and notes what it heard. */
final class ScriptedDoor implements Door {
    /** What is done with a message, by the loop's thread. */
    interface Script {
        void onMessage(PeerConnection from, DiameterMessage message);
    }

    static final Script ECHO =
            (from, message) -> from.send(message.buffer(), message.offset(), message.messageLength());

    private final Script script;

    /** The latest first. */
    final Queue<PeerConnection> opened = new ConcurrentLinkedQueue<>();

    final Queue<String> heard = new ConcurrentLinkedQueue<>();

    ScriptedDoor(final Script script) {
        this.script = script;
    }

    @Override
    public Session onAccepted(final PeerConnection connection, final long nowNs) {
        return open(connection);
    }

    Session open(final PeerConnection connection) {
        opened.add(connection);
        return new Session() {
            @Override
            public void onMessage(final DiameterMessage message, final long nowNs) {
                script.onMessage(connection, message);
            }

            @Override
            public void onMalformed(final DiameterMessage message, final long nowNs) {
                heard.add("malformed " + message.malformation());
            }

            @Override
            public void onSecured(final long nowNs) {
                heard.add("secured");
            }

            @Override
            public void onClosed(final long nowNs) {
                heard.add("closed");
            }
        };
    }

    /** One that is dialled, as the door would. */
    Opening dialled() {
        return new Opening() {
            @Override
            public Session onOpen(final PeerConnection connection, final long nowNs) {
                heard.add("open");
                return open(connection);
            }

            @Override
            public void onFailed(final long nowNs) {
                heard.add("failed");
            }
        };
    }

    @Override
    public int doWork(final long nowNs) {
        return 0;
    }

    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }
}
