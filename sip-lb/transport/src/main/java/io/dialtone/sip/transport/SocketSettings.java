package io.dialtone.sip.transport;

import io.dialtone.net.Expect;

/**
 * What the kernel is asked for each socket.
 *
 * @param receiveBufferBytes SO_RCVBUF; the kernel may grant less, which is said once at start
 * @param sendBufferBytes SO_SNDBUF
 * @param dscp differentiated services code point of what we send, 0 to 63 (RFC 2474); 24 (CS3) is usual for signalling (RFC 4594); 0 is off
 * @param busyPollUs SO_BUSY_POLL: how long a read may poll the device's queue, in microseconds; 0 is off
 */
public record SocketSettings(int receiveBufferBytes, int sendBufferBytes, int dscp, int busyPollUs) {
    static final int RECEIVE_BUFFER_BYTES_DEFAULT = 4 * 1024 * 1024;
    static final int SEND_BUFFER_BYTES_DEFAULT = 4 * 1024 * 1024;
    static final int BUFFER_BYTES_MIN = 4 * 1024;
    static final int DSCP_MAX = 63;
    static final int BUSY_POLL_US_MAX = 10_000;

    public SocketSettings {
        Expect.between("receive-buffer-bytes", receiveBufferBytes, BUFFER_BYTES_MIN, Integer.MAX_VALUE, 4_194_304);
        Expect.between("send-buffer-bytes", sendBufferBytes, BUFFER_BYTES_MIN, Integer.MAX_VALUE, 4_194_304);
        Expect.between("dscp", dscp, 0, DSCP_MAX, 24);
        Expect.between("busy-poll-us", busyPollUs, 0, BUSY_POLL_US_MAX, 50);
    }
}
