package io.dialtone.runtime.link;

import javax.crypto.SecretKey;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Opens the frames of one stream from another host, each of them once. Called only by the thread that the stream ends at.
 *
 * <p>A frame is taken if it was sealed with one of our secrets, for this stream, for this start of ours, and comes after the last one taken. Who takes the place of a peer's former
 * start has heard us; what the former start has said is not taken again.
 */
final class FrameOpener {
    /** Not sealed with a key of ours. */
    static final int UNKNOWN_KEY = -1;
    /** Changed on its way, or made by somebody without the key. */
    static final int FORGED = -2;
    /** Taken before, or said by a former start of the peer. */
    static final int REPLAYED = -3;
    /** For another start of ours. */
    static final int STRAY = -4;

    /** Former starts of a peer whose frames are remembered to be void, while this process lives; more restarts than that forget the first. */
    private static final int FORMER_MAX = 256;

    private final LinkKeys keys;
    private final LinkKeys.Stream stream;
    private final long self;
    private final FrameCipher cipher;
    private final long[] former = new long[FORMER_MAX];
    private int formerCount;
    private long incarnation = LinkBeats.NO_INCARNATION;
    private long lastCounter;

    private @Nullable SecretKey stretchKey;
    private int stretchKeyId;
    private long stretchIncarnation;
    private long stretch;

    FrameOpener(final LinkKeys keys, final LinkKeys.Stream stream, final long self, final FrameCipher cipher) {
        this.keys = keys;
        this.stream = stream;
        this.self = self;
        this.cipher = cipher;
    }

    /**
     * Opens a frame, which lies in {@link #plain} until the next.
     *
     * @param length of header, frame and tag
     * @return the frame's length, or one of the named negatives
     */
    int open(final SealedFrame frame, final DirectBuffer buffer, final int offset, final int length) {
        final boolean isGreeting = isGreeting(frame);
        if (!isGreeting && frame.receiver() != self) {
            return STRAY;
        }
        if (isVoid(frame, isGreeting)) {
            return REPLAYED;
        }
        final LinkKeys.Key key = keys.find(frame.key());
        if (key == null) {
            return UNKNOWN_KEY;
        }
        cipher.sealed(length).putBytes(0, buffer, offset, length);
        final int plainLength = length - frame.headerLength() - SealedFrame.TAG_BYTES;
        cipher.plain(plainLength);
        if (!cipher.open(keyOf(key, frame), frame.counter(), frame.headerLength(), length)) {
            return FORGED;
        }
        if (!isGreeting) {
            take(frame);
        }
        return plainLength;
    }

    /** The sender has not heard us: this shows that it is there, and proves nothing, because anybody may say it again. */
    static boolean isGreeting(final SealedFrame frame) {
        return frame.receiver() == LinkBeats.NO_INCARNATION;
    }

    private boolean isVoid(final SealedFrame frame, final boolean isGreeting) {
        if (frame.incarnation() == incarnation) {
            return !isGreeting && frame.counter() <= lastCounter;
        }
        for (int i = 0; i < Math.min(formerCount, FORMER_MAX); i++) {
            if (former[i] == frame.incarnation()) {
                return true;
            }
        }
        return false;
    }

    private SecretKey keyOf(final LinkKeys.Key key, final SealedFrame frame) {
        final long wanted = FrameCipher.stretchOf(frame.counter());
        final SecretKey known = stretchKey;
        if (known != null
                && stretchKeyId == key.id()
                && stretchIncarnation == frame.incarnation()
                && stretch == wanted) {
            return known;
        }
        final SecretKey derived = key.of(stream, frame.incarnation(), wanted);
        stretchKey = derived;
        stretchKeyId = key.id();
        stretchIncarnation = frame.incarnation();
        stretch = wanted;
        return derived;
    }

    private void take(final SealedFrame frame) {
        if (frame.incarnation() != incarnation) {
            if (incarnation != LinkBeats.NO_INCARNATION) {
                former[formerCount++ % FORMER_MAX] = incarnation;
            }
            incarnation = frame.incarnation();
        }
        lastCounter = frame.counter();
    }

    /** Where the last frame lies. */
    DirectBuffer plain() {
        return cipher.plain(0);
    }
}
