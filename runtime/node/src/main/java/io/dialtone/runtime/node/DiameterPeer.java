package io.dialtone.runtime.node;

import io.dialtone.diameter.peer.PeerSpec;
import io.dialtone.diameter.routing.PeerGroup;
import java.util.List;
import java.util.Locale;

/**
 * A peer as an operator writes it: {@code srv1.example.net=tcp:192.0.2.10:3868;weight=200}. Immutable, for any thread.
 *
 * @param spec who it is and where it is dialled
 * @param weight its share of what goes to its realm
 * @param priority only when no peer of its realm with a lower one is usable it is used
 */
record DiameterPeer(PeerSpec spec, int weight, int priority) {
    static final SettingType<DiameterPeer> TYPE = SettingType.of(
            "HOST=tcp:HOST:PORT",
            "IDENTITY=tcp:HOST:PORT or IDENTITY=tls:HOST:PORT, if need be with ;weight=N from 1 to "
                    + PeerGroup.WEIGHT_MAX
                    + ", ;priority=N from 0 to " + PeerGroup.PRIORITY_MAX
                    + ", ;realm=REALM and ;connections=N from 1 to "
                    + PeerSpec.CONNECTIONS_MOST,
            DiameterPeer::parse);

    static DiameterPeer parse(final String text) throws WrongValueException {
        final String[] parts = text.split(";", -1);
        try {
            PeerSpec spec = PeerSpec.parse(parts[0]);
            int weight = PeerGroup.WEIGHT_DEFAULT;
            int priority = PeerGroup.PRIORITY_DEFAULT;
            for (final String option : List.of(parts).subList(1, parts.length)) {
                final int equals = option.indexOf('=');
                final String name =
                        option.substring(0, Math.max(0, equals)).strip().toLowerCase(Locale.ROOT);
                final String value = option.substring(equals + 1).strip();
                switch (name) {
                    case "weight" -> weight = Integer.parseInt(value);
                    case "priority" -> priority = Integer.parseInt(value);
                    case "connections" -> spec = spec.withConnectionsMax(Integer.parseInt(value));
                    case "realm" -> spec = spec.withRealm(value);
                    default -> throw new WrongValueException(TYPE.expected());
                }
            }
            // Says by an exception if weight or priority are none.
            final PeerGroup.Member member = new PeerGroup.Member(spec.identity().host(), weight, priority);
            return new DiameterPeer(spec, member.weight(), member.priority());
        } catch (IllegalArgumentException e) {
            throw new WrongValueException(TYPE.expected());
        }
    }

    String host() {
        return spec.identity().host();
    }

    String realm() {
        return spec.identity().realm();
    }

    PeerGroup.Member member() {
        return new PeerGroup.Member(host(), weight, priority);
    }

    @Override
    public String toString() {
        return host() + spec.address().map(address -> "=" + address).orElse("");
    }
}
