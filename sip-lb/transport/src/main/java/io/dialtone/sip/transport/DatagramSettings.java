package io.dialtone.sip.transport;

import io.dialtone.net.Expect;
import io.dialtone.net.IoKind;

/**
 * How datagrams are batched.
 *
 * @param batch datagrams read by one call, and so receive slots per socket
 * @param messageBytesMax longest datagram taken; longer ones are dropped and counted
 * @param sendQueue datagrams collected per socket before a flush is forced
 * @param gro take datagrams of one peer that the kernel has joined (UDP_GRO); each is copied out, so that it can be edited. Only for {@link IoKind#EPOLL}
 * @param gso hand runs of equally long datagrams to one peer to the kernel as one (UDP_SEGMENT). Only for {@link IoKind#EPOLL}
 */
public record DatagramSettings(int batch, int messageBytesMax, int sendQueue, boolean gro, boolean gso) {
    static final int BATCH_DEFAULT = 32;
    static final int BATCH_MAX = 1024;
    static final int MESSAGE_BYTES_DEFAULT = 65_535;
    static final int MESSAGE_BYTES_MIN = 512;
    static final int SEND_QUEUE_DEFAULT = 128;
    static final int SEND_QUEUE_MAX = 1024;

    public DatagramSettings {
        Expect.between("batch", batch, 1, BATCH_MAX, BATCH_DEFAULT);
        Expect.between(
                "message-bytes-max", messageBytesMax, MESSAGE_BYTES_MIN, MESSAGE_BYTES_DEFAULT, MESSAGE_BYTES_DEFAULT);
        Expect.between("send-queue", sendQueue, 1, SEND_QUEUE_MAX, SEND_QUEUE_DEFAULT);
    }
}
