/** Where a SIP message goes next: backends in proxy mode, slot owners in edge mode. */
@NullMarked
package io.dialtone.sip.routing;

import org.jspecify.annotations.NullMarked;
