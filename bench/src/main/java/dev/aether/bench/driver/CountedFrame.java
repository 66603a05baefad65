package dev.aether.bench.driver;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.ReadLogResponse;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscriptionEvents;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * A frame whose commits are counted. Its fields are skipped without being parsed, since the
 * benchmark measures the node rather than its clients.
 *
 * @param started whether it is the first frame of a subscription
 */
record CountedFrame(boolean started, int commits) {
  static final MethodDescriptor<SubscribeRequest, CountedFrame> SUBSCRIBE =
      counting(EventBusGrpc.getSubscribeMethod(), CountedFrame::ofSubscription);

  static final MethodDescriptor<ReadLogRequest, CountedFrame> READ_LOG =
      counting(
          EventStoreGrpc.getReadLogMethod(),
          in -> new CountedFrame(false, count(in, ReadLogResponse.COMMITS_FIELD_NUMBER)));

  private interface Parser {
    CountedFrame parse(CodedInputStream in) throws IOException;
  }

  private static <Q> MethodDescriptor<Q, CountedFrame> counting(
      MethodDescriptor<Q, ?> method, Parser parser) {
    Marshaller<CountedFrame> marshaller =
        new Marshaller<>() {
          @Override
          public InputStream stream(CountedFrame frame) {
            throw new UnsupportedOperationException("frames are only read");
          }

          @Override
          public CountedFrame parse(InputStream stream) {
            try {
              return parser.parse(CodedInputStream.newInstance(stream));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    return method.toBuilder(method.getRequestMarshaller(), marshaller).build();
  }

  private static CountedFrame ofSubscription(CodedInputStream in) throws IOException {
    boolean started = false;
    int commits = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      started |= field == SubscribeResponse.STARTED_FIELD_NUMBER;
      if (field == SubscribeResponse.EVENTS_FIELD_NUMBER) {
        int limit = in.pushLimit(in.readRawVarint32());
        commits += count(in, SubscriptionEvents.COMMITS_FIELD_NUMBER);
        in.popLimit(limit);
      } else {
        in.skipField(tag);
      }
    }
    return new CountedFrame(started, commits);
  }

  private static int count(CodedInputStream in, int wanted) throws IOException {
    int found = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == wanted) {
        found++;
      }
      in.skipField(tag);
    }
    return found;
  }
}
