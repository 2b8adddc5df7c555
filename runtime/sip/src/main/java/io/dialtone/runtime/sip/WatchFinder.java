package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.WorkerParts;
import io.dialtone.runtime.engine.WorkerSession;
import io.dialtone.sip.codec.SipMessage;
import org.jspecify.annotations.Nullable;

/** Finds the subscription of a service that a NOTIFY is for (RFC 6665 section 4.1.3): by its dialog, or, before there is one, by the Call-ID and the tag of the SUBSCRIBE. Called only by the owning worker. */
final class WatchFinder {
    private final WorkerParts parts;
    private final WatchRequests requests;
    private final OwnCallId ownCallId;

    WatchFinder(final WorkerParts parts, final SipContext context, final WatchRequests requests) {
        this.parts = parts;
        this.requests = requests;
        ownCallId = new OwnCallId(context.tokens());
    }

    /** What the SUBSCRIBE of a session has begun, to which this NOTIFY belongs. */
    @Nullable
    Watch find(final SipMessage notify, final int slot) {
        if (!ownCallId.read(notify, slot)) {
            return null;
        }
        final WorkerSession<?> found = parts.sessions().find(slot, ownCallId.sessionHash());
        if (!(found instanceof SipSession<?> session) || session.service() != parts.service()) {
            return null;
        }
        for (int i = 0; i < session.watches.size(); i++) {
            if (isBegunBy(session.watches.get(i), notify)) {
                return session.watches.get(i);
            }
        }
        return null;
    }

    private boolean isBegunBy(final Watch watch, final SipMessage notify) {
        final SipMessage ours = requests.first(watch);
        return isSame(
                        ours,
                        ours.callIdOffset(),
                        ours.callIdLength(),
                        notify,
                        notify.callIdOffset(),
                        notify.callIdLength())
                && isSame(
                        ours,
                        ours.fromTagOffset(),
                        ours.fromTagLength(),
                        notify,
                        notify.toTagOffset(),
                        notify.toTagLength());
    }

    private static boolean isSame(
            final SipMessage one,
            final int offset,
            final int length,
            final SipMessage other,
            final int otherOffset,
            final int otherLength) {
        return length == otherLength
                && length > 0
                && SameBytes.at(one.buffer(), offset, other.buffer(), otherOffset, length);
    }

    /** Whose dialog this is; null if it is a call, or of somebody who is told something. */
    static @Nullable Watch within(final Dialog dialog) {
        final SipSession<?> session = dialog.session;
        for (int i = 0; session != null && i < session.watches.size(); i++) {
            if (session.watches.get(i).dialog == dialog) {
                return session.watches.get(i);
            }
        }
        return null;
    }
}
