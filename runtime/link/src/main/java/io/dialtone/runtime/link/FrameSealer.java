package io.dialtone.runtime.link;

import javax.crypto.SecretKey;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Seals the frames of one stream to another host. Each is for one start of the receiver, so that nothing said to a former one can be said again to the next. Called only by the
 * thread the stream was opened for.
 */
final class FrameSealer {
    private final LinkKeys.Key key;
    private final LinkKeys.Stream stream;
    private final long incarnation;
    private final FrameCipher cipher;
    private final SealedFrame frame = new SealedFrame();
    private SecretKey stretchKey;
    private long counter;
    private long receiver = LinkBeats.NO_INCARNATION;

    FrameSealer(
            final LinkKeys.Key key,
            final LinkKeys.Stream stream,
            final long incarnation,
            final FrameCipher cipher,
            final long firstCounter) {
        this.key = key;
        this.stream = stream;
        this.incarnation = incarnation;
        this.cipher = cipher;
        counter = firstCounter;
        stretchKey = key.of(stream, incarnation, FrameCipher.stretchOf(counter));
    }

    /** Frames are for this start of the receiver from now on. */
    void bindTo(final long receiverIncarnation) {
        receiver = receiverIncarnation;
    }

    boolean isBound() {
        return receiver != LinkBeats.NO_INCARNATION;
    }

    /** Seals a frame for the receiver we know; it lies in {@link #sealed} until the next. Answers its length. */
    int seal(
            final DirectBuffer header,
            final int headerOffset,
            final int headerLength,
            final DirectBuffer body,
            final int bodyOffset,
            final int bodyLength) {
        final int length = headerLength + bodyLength;
        final UnsafeBuffer plain = cipher.plain(length);
        plain.putBytes(0, header, headerOffset, headerLength);
        plain.putBytes(headerLength, body, bodyOffset, bodyLength);
        return seal(receiver, length);
    }

    /** Seals a frame for whoever the receiver may be. */
    int sealGreeting(final DirectBuffer header, final int headerOffset, final int headerLength) {
        cipher.plain(headerLength).putBytes(0, header, headerOffset, headerLength);
        return seal(LinkBeats.NO_INCARNATION, headerLength);
    }

    private int seal(final long to, final int length) {
        final long next = counter + 1;
        if (FrameCipher.stretchOf(next) != FrameCipher.stretchOf(counter)) {
            stretchKey = key.of(stream, incarnation, FrameCipher.stretchOf(next));
        }
        counter = next;
        final int sealedLength = length + SealedFrame.OVERHEAD_BYTES;
        frame.wrapNew(cipher.sealed(sealedLength), 0)
                .key(key.id())
                .incarnation(incarnation)
                .receiver(to)
                .counter(counter)
                .member(stream.fromMember())
                .thread(stream.fromThread());
        cipher.seal(stretchKey, counter, length);
        return sealedLength;
    }

    /** Where the last frame lies. */
    DirectBuffer sealed() {
        return cipher.sealed(0);
    }
}
