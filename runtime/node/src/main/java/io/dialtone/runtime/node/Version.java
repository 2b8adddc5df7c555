package io.dialtone.runtime.node;

import picocli.CommandLine.IVersionProvider;

/** What this build calls itself. Immutable, for any thread. */
final class Version implements IVersionProvider {
    /** The version in the manifest of our jar; "development" where classes are run without one. */
    static String number() {
        final String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "dialtone " + number(),
            "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
            System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch")
        };
    }
}
