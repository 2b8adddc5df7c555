package io.dialtone.runtime.sip;

import io.dialtone.api.SipSubscription;
import io.dialtone.runtime.engine.Deadline;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.state.api.SessionRecord;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who wants to be told of something (RFC 6665 section 4.2): what, until when, and what is still to be said. Its deadline is the end of it, or the time to go on telling. Belongs to a session and
 * to a dialog of it, which may have others and a call besides. Called only by the owning worker.
 */
final class Subscription extends Deadline {
    /** What may wait for the answer to the NOTIFY before. */
    static final int WAITING_MAX = 4;
    /** How often in a row one NOTIFY may be put off by Retry-After. */
    static final int REFUSALS_MAX = 4;

    private static final int BODY_BYTES_MAX = 1 << 16;
    private static final int FLAG_PENDING = 1;

    final SipSession<?> session;
    /** What is to be told; the first is being told if there is a NOTIFY without answer. */
    final ArrayDeque<Notice> waiting = new ArrayDeque<>(1);

    final int number;
    final String event;
    final String id;
    /** Null until its SUBSCRIBE is accepted, and when it is over. */
    @Nullable
    Dialog dialog;

    /** The NOTIFY that has no answer yet. */
    @Nullable
    ClientTransaction outstanding;

    /** How it ended, for the handler. */
    SipSubscription.@Nullable End end;

    boolean isPending;
    /** What the SUBSCRIBE in hand gets. */
    int grantedSeconds;

    long expiresNs = SessionRecord.NO_DEADLINE;
    /** Nothing is sent before. */
    long pausedUntilNs;
    /** How often in a row its subscriber has put off what is first. */
    int refusals;
    /** How many notices an event has written down for it. */
    int staged;

    private String reason = "";
    private int retryAfterSeconds;

    private final Notifier notifier;

    Subscription(
            final Notifier notifier,
            final SipSession<?> session,
            final int number,
            final String event,
            final String id) {
        this.notifier = notifier;
        this.session = session;
        this.number = number;
        this.event = event;
        this.id = id;
    }

    boolean isFor(final Dialog itsDialog, final String itsEvent, final String itsId) {
        return dialog == itsDialog && event.equals(itsEvent) && id.equals(itsId);
    }

    /** True if only what waits, and its end, are still to be said. */
    boolean isFinishing() {
        return !reason.isEmpty();
    }

    String reason() {
        return reason;
    }

    int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** The last NOTIFY will say this. */
    void finish(final String why, final int retrySeconds) {
        if (!isFinishing()) {
            reason = why;
            retryAfterSeconds = retrySeconds;
        }
    }

    /** True if something is to be told that is not being told now. */
    boolean hasUntold() {
        return waiting.size() > (outstanding == null ? 0 : 1);
    }

    /** True if what is told now would wait behind too much. */
    boolean isFull() {
        return waiting.size() + staged - (outstanding == null ? 0 : 1) >= WAITING_MAX;
    }

    /**
     * Writes what another owner must know to go on telling.
     *
     * <pre>
     *  place of its dialog (16) · number (32) · event and id: length (16), characters (16 each) · end, ns since 1970 (64) · not to be told before, ns since 1970 (64) · how often what is first was put off (8) · flags (8): 1 pending
     *  reason of its end, or nothing: length (16), characters (16 each) · when to come again, s (32) · place of the NOTIFY without answer among the requests of our own (16), or -1
     *  what is to be told (16), the first being told if there is a NOTIFY without answer, each: type: length (32), bytes · body: length (32), bytes
     * </pre>
     */
    void encode(final ImageWriter image) {
        image.putShort(session.placeOf(dialog))
                .putInt(number)
                .putText(event)
                .putText(id)
                .putLong(notifier.time().toWallNs(expiresNs))
                .putLong(notifier.time().toWallNs(pausedUntilNs))
                .putByte(refusals)
                .putByte(isPending ? FLAG_PENDING : 0)
                .putText(reason)
                .putInt(retryAfterSeconds)
                .putShort(outstanding == null ? -1 : session.clients.indexOf(outstanding));
        image.putShort(waiting.size());
        for (final Notice notice : waiting) {
            image.putBytes(notice.type(), notice.type().length).putBytes(notice.body(), notice.body().length);
        }
    }

    /** Reads what {@link #encode} wrote. */
    static @Nullable Subscription decode(
            final Notifier notifier, final SipSession<?> session, final ImageReader image) {
        final Dialog dialog = session.dialogAt(image.readShort(), image);
        final Subscription read =
                new Subscription(notifier, session, image.readInt(), image.readText(), image.readText());
        read.dialog = dialog;
        read.expiresNs = notifier.time().toMonotonicNs(image.readLong());
        read.pausedUntilNs = notifier.time().toMonotonicNs(image.readLong());
        read.refusals = image.readByte();
        read.isPending = (image.readByte() & FLAG_PENDING) != 0;
        read.reason = image.readText();
        read.retryAfterSeconds = image.readInt();
        final int place = image.readShort();
        read.outstanding = place == -1 ? null : session.clientAt(place, image);
        for (int i = image.readCount(); i > 0 && image.isIntact(); i--) {
            final byte[] type = readBytes(image);
            read.waiting.add(new Notice(type, readBytes(image)));
        }
        if (dialog == null || read.expiresNs == SessionRecord.NO_DEADLINE || read.waiting.size() > WAITING_MAX + 1) {
            image.refuse();
        }
        return image.isIntact() ? read : null;
    }

    private static byte[] readBytes(final ImageReader image) {
        final byte[] bytes = new byte[Math.max(0, image.readLength(BODY_BYTES_MAX))];
        image.buffer().getBytes(image.position(), bytes);
        image.skip(bytes.length);
        return bytes;
    }

    @Override
    protected int slot() {
        return session.slot();
    }

    @Override
    protected void onDeadline(final long nowNs) {
        notifier.onDue(this, nowNs);
    }
}
