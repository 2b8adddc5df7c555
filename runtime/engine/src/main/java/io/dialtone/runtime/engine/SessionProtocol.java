package io.dialtone.runtime.engine;

import io.dialtone.api.link.LinkFrame;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** What a protocol does on a worker. Called only by that worker; never throws for what came from the wire. */
public interface SessionProtocol {
    /** Whether this protocol reads frames of this type. */
    boolean reads(int frameType);

    /** A message for a slot that this worker owns. The buffer is valid until this returns. */
    void onMessage(LinkFrame frame, DirectBuffer buffer, int offset, int length, long nowNs);

    /** What the last message has made of its session could not be kept, and the session is again as it was before. The message is still there to be refused. */
    void onMessageNotKept(long nowNs);

    /** True if each message names its session, so that sessions may rest in the store of images without being asked for in vain. */
    boolean namesSessionInEachMessage();

    // ---- sessions; the engine decides when, the protocol knows how

    /** An empty session for what has this key; null if nobody here has such sessions. */
    @Nullable
    WorkerSession<?> newSession(DirectBuffer key);

    /** Forgets a session and all that belongs to it as if it had never been here: nothing is sent. */
    void forget(WorkerSession<?> session);

    /** Forgets all that belongs to a slot but to no session. */
    void forgetStrays(int slot);

    /** Makes one protocol for one worker, over that worker's parts. */
    @FunctionalInterface
    interface Factory {
        SessionProtocol create(WorkerParts parts);
    }
}
