package io.dialtone.net;

import static java.lang.System.Logger.Level.INFO;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * How many files the process may have open: each connection is one, and a process that has none left cannot even be asked how it is. Called by the thread that starts the
 * transport.
 */
public final class FileLimit {
    private static final System.Logger LOG = System.getLogger(FileLimit.class.getName());

    /** Files for all else: jars, logs, the admin server, the link. */
    private static final long RESERVE = 512;

    private FileLimit() {}

    /**
     * How many connections there may be, as far as there are files for them; says so if they are fewer than wanted.
     *
     * @param wanted connections for each of the sockets
     * @param sockets who may have so many each; 0 if there is none
     */
    public static int keepTo(final int wanted, final int sockets) {
        if (sockets == 0
                || !(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)) {
            return wanted;
        }
        return keepTo(wanted, sockets, system.getMaxFileDescriptorCount());
    }

    static int keepTo(final int wanted, final int sockets, final long files) {
        final long each = Math.max(1, (files - RESERVE) / sockets);
        if (each >= wanted) {
            return wanted;
        }
        LOG.log(
                INFO,
                "connections-max: asked for {0}, at most {1} for each listener and I/O thread, as the process may open {2} files. Raise it with: ulimit -n",
                Integer.toString(wanted),
                Long.toString(each),
                Long.toString(files));
        return (int) each;
    }
}
