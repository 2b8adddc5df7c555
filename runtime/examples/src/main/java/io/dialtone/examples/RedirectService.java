package io.dialtone.examples;

import io.dialtone.api.DigestCredentials;
import io.dialtone.api.DigestPolicy;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipReply;
import io.dialtone.api.SipRequest;
import io.dialtone.registrar.Binding;
import io.dialtone.registrar.Bindings;
import io.dialtone.registrar.Registrar;
import io.dialtone.registrar.RegistrarSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A registrar with a redirect server (RFC 3261 section 10 and 8.3): phones say where they are, after they have proved whose they are, and callers are told. Runs with
 * {@code affinity: address-of-record}, so that one session knows all phones of a subscriber.
 */
public final class RedirectService implements SipHandler<Bindings> {
    private static final Map<String, String> PASSWORDS =
            Map.of("alice", "wonderland", "bob", "builder", "carol", "singer", "dave", "jones");

    private final Registrar registrar = new Registrar(RegistrarSettings.of());
    private final DigestPolicy policy = DigestPolicy.of(DigestCredentials.ofPasswords(PASSWORDS), SipMethod.REGISTER);

    @Override
    public Bindings initialState(final SipRequest request) {
        return Bindings.NONE;
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Bindings> session) {
        switch (request.method()) {
            case REGISTER -> session.update(registrar.register(request, session, session.state()));
            case INVITE -> redirect(request, registrar.lookup(request.requestUri(), session.state()));
            default -> request.reply(200).send();
        }
    }

    private static void redirect(final SipRequest invite, final List<Binding> bindings) {
        if (bindings.isEmpty()) {
            invite.reply(480).send();
            return;
        }
        final SipReply elsewhere = invite.reply(302);
        bindings.forEach(binding -> elsewhere.header("Contact", "<" + binding.uri() + ">;q=" + binding.q()));
        elsewhere.send();
    }

    /** A binding's time is over; with the last one the session ends. */
    @Override
    public void onTimer(final String timer, final Session<Bindings> session) {
        session.update(registrar.onTimer(timer, session.state()));
    }

    @Override
    public Set<SipMethod> methods() {
        return SipMethod.ofACallAnd(SipMethod.REGISTER);
    }

    @Override
    public Set<String> extensions() {
        return Registrar.EXTENSIONS;
    }

    @Override
    public Optional<DigestPolicy> digest() {
        return Optional.of(policy);
    }
}
