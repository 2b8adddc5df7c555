package io.dialtone.runtime.sip;

import io.dialtone.api.DialogName;
import io.dialtone.api.OutgoingRequest;
import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A leg as a handler sees it. Called only by the owning worker, within one handler method.
 *
 * @param requests does what it is asked for
 * @param dialog its dialog; null while our INVITE has no answer that makes one
 * @param invite our INVITE that begins it, while it has no final answer
 */
record LegView(
        OwnRequests requests,
        SipSession<?> session,
        String name,
        @Nullable Dialog dialog,
        @Nullable InviteClientTransaction invite)
        implements SipLeg {

    @Override
    public Optional<DialogName> peersName() {
        return dialog == null ? Optional.empty() : Optional.of(dialog.peersName());
    }

    @Override
    public boolean isUp() {
        return dialog != null && dialog.state == Dialog.State.CONFIRMED;
    }

    @Override
    public boolean isAckDue() {
        return dialog != null && dialog.ownInvite != null && dialog.ownInvite.isAckDue;
    }

    @Override
    public boolean mayInvite() {
        return dialog != null && requests.mayInvite(dialog);
    }

    @Override
    public OutgoingRequest request(final SipMethod method) {
        if (dialog == null) {
            throw new IllegalStateException("leg " + name + ": " + method + " before any answer to its INVITE");
        }
        return requests.beginInDialog(session, dialog, method);
    }

    @Override
    public void cancel() {
        requests.stage(StagedRequests.Kind.CANCEL, name);
    }

    @Override
    public void hangUp() {
        requests.stage(StagedRequests.Kind.HANG_UP, name);
    }
}
