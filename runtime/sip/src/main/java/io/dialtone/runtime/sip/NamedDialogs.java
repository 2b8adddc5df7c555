package io.dialtone.runtime.sip;

import io.dialtone.sip.codec.DialogNameView;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * INVITEs that name a dialog besides their own: to replace it (RFC 3891), or to join it (RFC 3911). The tag of ours in that name leads the edge to the slot where the dialog lives. For services that list
 * {@code replaces} or {@code join} among their extensions; for others these headers say nothing. Called only by the owning worker.
 */
final class NamedDialogs {
    private final DialogTable dialogs;
    private final boolean replaces;
    private final boolean joins;
    private final DialogNameView name = new DialogNameView();
    private @Nullable Dialog found;
    private boolean isReplaced;

    NamedDialogs(final Set<String> extensions, final DialogTable dialogs) {
        this.dialogs = dialogs;
        replaces =
                extensions.stream().anyMatch(tag -> tag.toLowerCase(Locale.ROOT).equals("replaces"));
        joins = extensions.stream().anyMatch(tag -> tag.toLowerCase(Locale.ROOT).equals("join"));
    }

    /** True if a request names a dialog besides its own, and the service understands that. */
    boolean isNaming(final SipMessage request) {
        return (replaces || joins)
                && request.method() == SipMethod.INVITE
                && request.toTagLength() <= 0
                && ((replaces && request.firstHeader(HeaderName.REPLACES) >= 0)
                        || (joins && request.firstHeader(HeaderName.JOIN) >= 0));
    }

    /** The name in such a request; null if there is none, or more than one. */
    @Nullable
    DialogNameView name(final SipMessage request) {
        final int replaced = replaces ? request.firstHeader(HeaderName.REPLACES) : -1;
        final int joined = joins ? request.firstHeader(HeaderName.JOIN) : -1;
        final int header = Math.max(replaced, joined);
        isReplaced = replaced >= 0;
        return (replaced >= 0 && joined >= 0) || request.nextHeader(header) >= 0 || !name.wrap(request, header)
                ? null
                : name;
    }

    /**
     * Finds the dialog that such a request names.
     *
     * @return the status of a refusal as RFC 3891 section 3 wants it, or {@link RequestChecks#FINE}
     */
    int find(final SipMessage request) {
        found = null;
        final DialogNameView named = name(request);
        if (named == null) {
            return 400;
        }
        final Dialog dialog = dialogs.find(request, named);
        if (dialog == null || dialog.session == null || dialog.isHungUpByPeer || !dialog.isCall) {
            return 481;
        }
        if (dialog.state == Dialog.State.EARLY && !dialog.isOurs()) {
            return 481; // only who has begun a call may have it picked up while it rings
        }
        if (isReplaced && named.isEarlyOnly() && dialog.state == Dialog.State.CONFIRMED) {
            return 486;
        }
        found = dialog;
        return RequestChecks.FINE;
    }

    /** What {@link #find} has found. */
    @Nullable
    Dialog found() {
        return found;
    }

    /** Tells a handler's view of the request which leg it names. */
    void show(final RequestView view) {
        final Dialog dialog = found;
        if (dialog != null) {
            view.naming(dialog.leg(), isReplaced);
        }
    }

    void clear() {
        found = null;
    }
}
