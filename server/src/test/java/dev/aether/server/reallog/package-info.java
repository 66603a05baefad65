/** The jar as it is run, with the real event logs of ../shared/data. In the profile real-logs. */
@NullMarked
package dev.aether.server.reallog;

import org.jspecify.annotations.NullMarked;
