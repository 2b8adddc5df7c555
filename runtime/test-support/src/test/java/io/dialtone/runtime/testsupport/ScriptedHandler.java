package io.dialtone.runtime.testsupport;

import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** A handler that does what a test says, and notes what it was told. */
final class ScriptedHandler implements SipHandler<ScriptedHandler.Events> {
    /** How many events the session had. */
    record Events(int count) {}

    final List<String> told = new ArrayList<>();
    BiConsumer<SipRequest, Session<Events>> onInvite =
            (invite, session) -> invite.reply(200).send();
    BiConsumer<SipRequest, Session<Events>> onOther =
            (request, session) -> request.reply(200).send();
    BiConsumer<String, Session<Events>> onTimer = (timer, session) -> {};

    @Override
    public Events initialState(final SipRequest request) {
        return new Events(0);
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Events> session) {
        told.add(request.method().name());
        session.update(new Events(session.state().count() + 1));
        switch (request.method()) {
            case INVITE -> onInvite.accept(request, session);
            default -> onOther.accept(request, session);
        }
    }

    @Override
    public void onAck(final SipRequest ack, final Session<Events> session) {
        told.add("ACK");
    }

    @Override
    public void onCancel(final SipRequest cancel, final Session<Events> session) {
        told.add("CANCEL");
    }

    @Override
    public void onAckMissing(final Session<Events> session) {
        told.add("ACK missing");
    }

    @Override
    public void onTimer(final String timer, final Session<Events> session) {
        told.add("timer " + timer);
        onTimer.accept(timer, session);
    }
}
