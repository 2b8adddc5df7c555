package io.dialtone.net;

import io.dialtone.api.link.LinkBell;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;

/** The bell of a loop's link among what its epoll waits for. It ends the wait and that is all: whoever rang has left a frame, which the turn that follows finds. Called only by the loop's thread. */
public final class BellHandle implements EpollIoHandle {
    private final FileDescriptor fd;

    public BellHandle(final LinkBell bell) {
        fd = new FileDescriptor(bell.descriptor());
    }

    public void register(final IoEventLoop netty) throws Exception {
        netty.register(this).syncUninterruptibly().getNow().submit(EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLET));
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    @Override
    public void handle(final IoRegistration registration, final IoEvent event) {}

    /** The descriptor is the link's. */
    @Override
    public void close() {}
}
