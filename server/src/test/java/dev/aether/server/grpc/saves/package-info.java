@NullMarked
package dev.aether.server.grpc.saves;

import org.jspecify.annotations.NullMarked;
