package io.dialtone.runtime.node;

/**
 * A backend as an operator writes it: {@code 127.0.0.1:5071;weight=2}. Immutable, for any thread.
 *
 * @param weight its share of new calls, relative to the others'
 */
record BackendSpec(Endpoint endpoint, int weight) {
    static final int WEIGHT_MAX = 1_000;
    static final int WEIGHT_DEFAULT = 1;
    static final String EXPECTED = "HOST:PORT, if need be with ;weight=N, N from 0 to " + WEIGHT_MAX;

    static final SettingType<BackendSpec> TYPE = SettingType.of("HOST:PORT[;weight=N]", EXPECTED, BackendSpec::parse);

    private static final String WEIGHT = "weight=";

    static BackendSpec parse(final String text) throws WrongValueException {
        final String[] parts = text.split(";", -1);
        final String place = parts[0].startsWith("udp:") ? parts[0].substring("udp:".length()) : parts[0];
        int weight = WEIGHT_DEFAULT;
        for (int i = 1; i < parts.length; i++) {
            if (!parts[i].startsWith(WEIGHT)) {
                throw new WrongValueException(EXPECTED);
            }
            weight = SettingType.wholeNumber(0, WEIGHT_MAX).reader().read(parts[i].substring(WEIGHT.length()));
        }
        final Endpoint endpoint;
        try {
            endpoint = Endpoint.parse(place);
        } catch (WrongValueException e) {
            throw new WrongValueException(EXPECTED);
        }
        if (endpoint.port() == 0) {
            throw new WrongValueException(EXPECTED + "; a backend's port is not 0");
        }
        return new BackendSpec(endpoint, weight);
    }

    @Override
    public String toString() {
        return endpoint + (weight == WEIGHT_DEFAULT ? "" : ";" + WEIGHT + weight);
    }
}
