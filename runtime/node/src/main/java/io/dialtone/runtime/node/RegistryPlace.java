package io.dialtone.runtime.node;

/**
 * A process that keeps the registry, and the first of the ports it does that on. Immutable, for any thread.
 *
 * @param process its name: a host's or an edge's
 * @param at the address that all members of the cluster reach it by
 */
record RegistryPlace(String process, Endpoint at) {
    static final SettingType<RegistryPlace> TYPE = SettingType.of(
            "PROCESS@HOST:PORT",
            "PROCESS@HOST:PORT, PROCESS being the name of a host or an edge",
            RegistryPlace::parse);

    private static RegistryPlace parse(final String text) throws WrongValueException {
        final int at = text.indexOf('@');
        if (at <= 0) {
            throw new WrongValueException("PROCESS@HOST:PORT, PROCESS being the name of a host or an edge");
        }
        return new RegistryPlace(text.substring(0, at).trim(), Endpoint.parse(text.substring(at + 1)));
    }

    @Override
    public String toString() {
        return process + "@" + at;
    }
}
