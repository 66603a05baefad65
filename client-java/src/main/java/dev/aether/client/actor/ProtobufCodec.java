package dev.aether.client.actor;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.aether.client.Bytes;
import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A codec for events that are protobuf messages; the type of an event is the full name of its
 * message.
 */
public final class ProtobufCodec implements EventCodec<Message> {
  /** Media type of the data. */
  public static final String CONTENT_TYPE = "application/protobuf";

  private final Map<String, Message> known;

  private ProtobufCodec(Map<String, Message> known) {
    this.known = known;
  }

  /**
   * Creates a codec for these message types.
   *
   * @param examples an instance of each type, such as {@code Deposited.getDefaultInstance()}
   * @throws IllegalStateException if a type occurs twice
   */
  public static ProtobufCodec of(Message... examples) {
    return new ProtobufCodec(
        Arrays.stream(examples)
            .collect(
                Collectors.toUnmodifiableMap(
                    example -> example.getDescriptorForType().getFullName(), Function.identity())));
  }

  @Override
  public NewEvent encode(Message event) {
    String type = event.getDescriptorForType().getFullName();
    if (!known.containsKey(type)) {
      throw new CodecException("message \"" + type + "\" is not in the codec", null);
    }
    return NewEvent.builder(type)
        .data(Bytes.wrap(event.toByteArray()))
        .contentType(CONTENT_TYPE)
        .build();
  }

  @Override
  public Message decode(Event event) {
    Message example = known.get(event.type());
    if (example == null) {
      throw new UnknownEventTypeException(event);
    }
    try {
      return example.getParserForType().parseFrom(event.data().asReadOnlyByteBuffer());
    } catch (InvalidProtocolBufferException e) {
      throw new CodecException(
          String.format(
              Locale.ROOT,
              "cannot decode version %s of actor \"%s\", of type \"%s\"",
              Long.toUnsignedString(event.version()),
              event.actorId(),
              event.type()),
          e);
    }
  }
}
