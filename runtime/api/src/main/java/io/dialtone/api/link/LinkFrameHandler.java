package io.dialtone.api.link;

import org.agrona.DirectBuffer;

/** Receives frames from a {@link LinkSubscription}, on the thread that polls it. */
@FunctionalInterface
public interface LinkFrameHandler {
    /** One whole frame, a {@link LinkFrame} header and its payload; the buffer is valid until this returns. */
    void onFrame(DirectBuffer buffer, int offset, int length);
}
