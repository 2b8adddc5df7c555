package io.dialtone.runtime.node;

import org.jspecify.annotations.Nullable;

/**
 * A listener as an operator writes it: {@code udp:127.0.0.1:5060;advertise=sip.example.net:5060}. Immutable, for any thread.
 *
 * @param advertised what peers are told in Via, Record-Route and Contact; null means the bound address
 */
record ListenerSpec(Endpoint endpoint, @Nullable Endpoint advertised) {
    static final String EXPECTED = "udp:HOST:PORT, if need be with ;advertise=HOST:PORT";

    static final SettingType<ListenerSpec> TYPE = SettingType.of("udp:HOST:PORT", EXPECTED, ListenerSpec::parse);

    private static final String SCHEME = "udp:";
    private static final String ADVERTISE = "advertise=";

    static ListenerSpec parse(final String text) throws WrongValueException {
        final String[] parts = text.split(";", -1);
        if (!parts[0].startsWith(SCHEME)) {
            throw new WrongValueException(
                    EXPECTED + (parts[0].matches("(tcp|tls|ws|wss|sctp):.*") ? "; other transports come later" : ""));
        }
        Endpoint advertised = null;
        for (int i = 1; i < parts.length; i++) {
            if (!parts[i].startsWith(ADVERTISE)) {
                throw new WrongValueException(EXPECTED);
            }
            advertised = Endpoint.parse(parts[i].substring(ADVERTISE.length()));
        }
        return new ListenerSpec(Endpoint.parse(parts[0].substring(SCHEME.length())), advertised);
    }

    @Override
    public String toString() {
        return SCHEME + endpoint + (advertised == null ? "" : ";" + ADVERTISE + advertised);
    }
}
