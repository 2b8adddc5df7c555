package io.dialtone.benchmarks.calls;

import io.dialtone.api.DigestPolicy;
import io.dialtone.api.Proxying;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.registrar.Binding;
import io.dialtone.registrar.Bindings;
import io.dialtone.registrar.Registrar;
import io.dialtone.registrar.RegistrarSettings;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A registrar for phones without number, and a proxy that brings calls to them by the connections they have made. Runs with {@code affinity: address-of-record}; made by a node, once for each worker.
 */
public final class PhonesService implements SipHandler<Bindings> {
    private static final boolean ASKS_FOR_PASSWORDS = Boolean.getBoolean("phones.digest");

    private final Registrar registrar = new Registrar(RegistrarSettings.of());
    private final Optional<DigestPolicy> policy = ASKS_FOR_PASSWORDS
            ? Optional.of(DigestPolicy.of(
                    (user, realm, algorithm) -> Optional.of(algorithm.ha1(user, realm, password(user))),
                    SipMethod.REGISTER))
            : Optional.empty();

    public PhonesService() {}

    static String password(final String user) {
        return "secret of " + user;
    }

    @Override
    public Bindings initialState(final SipRequest request) {
        return Bindings.NONE;
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Bindings> session) {
        if (request.method() == SipMethod.REGISTER) {
            session.update(registrar.register(request, session, session.state()));
            return;
        }
        final List<Binding> bindings = registrar.lookup(request.requestUri(), session.state());
        if (bindings.isEmpty()) {
            request.reply(480).send();
            return;
        }
        final Proxying proxying = request.proxy().recordRoute();
        bindings.forEach(binding -> proxying.to(binding.uri()).flow(binding.flow()));
        proxying.start();
    }

    @Override
    public void onTimer(final String timer, final Session<Bindings> session) {
        session.update(registrar.onTimer(timer, session.state()));
    }

    @Override
    public Set<SipMethod> methods() {
        return SipMethod.ofACallAnd(SipMethod.REGISTER);
    }

    @Override
    public Set<SipMethod> proxied() {
        return EnumSet.complementOf(EnumSet.of(SipMethod.REGISTER));
    }

    @Override
    public Set<String> extensions() {
        return Registrar.EXTENSIONS;
    }

    @Override
    public Optional<DigestPolicy> digest() {
        return policy;
    }
}
