/** What transports stand on, whatever they carry: how loops wait, certificates, limits of the kernel and the process. */
@NullMarked
package io.dialtone.net;

import org.jspecify.annotations.NullMarked;
