package io.flashdeberta.checkpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Reads and checks the JSON header of a safetensors file, which is not trusted. */
final class SafetensorsHeader {

    private final String place;
    private final long dataLength;

    private SafetensorsHeader(String place, long dataLength) {
        this.place = place;
        this.dataLength = dataLength;
    }

    /**
     * The tensors by name, in the order of their data.
     *
     * @param place the file, for messages
     * @param dataLength bytes that follow the header
     */
    static Map<String, TensorInfo> parse(String place, byte[] json, long dataLength) {
        if (json.length == 0 || json[0] != '{') {
            throw new CheckpointException(
                    place + " is not a safetensors file: its header does not start with '{'."
                            + " Check that it is the file itself and not, for example, a Git LFS pointer.");
        }
        JsonNode header = Json.parse("The header of " + place, json);
        return new SafetensorsHeader(place, dataLength).tensors(header);
    }

    private Map<String, TensorInfo> tensors(JsonNode header) {
        List<TensorInfo> tensors = new ArrayList<>(header.size());
        for (Map.Entry<String, JsonNode> entry : header.properties()) {
            if (entry.getKey().equals("__metadata__")) {
                checkMetadata(entry.getValue());
            } else {
                tensors.add(tensor(entry.getKey(), entry.getValue()));
            }
        }
        tensors.sort(
                Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        checkContiguous(tensors);
        Map<String, TensorInfo> byName = new LinkedHashMap<>();
        tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
        return byName;
    }

    private void checkMetadata(JsonNode metadata) {
        if (!metadata.isObject() || !metadata.values().stream().allMatch(JsonNode::isString)) {
            throw malformed("__metadata__ holds something other than strings");
        }
    }

    private TensorInfo tensor(String name, JsonNode entry) {
        if (!entry.isObject()) {
            throw malformed("the entry of tensor '" + name + "' is " + entry.getNodeType()
                    + ", expected an object");
        }
        DataType type = type(name, entry.path("dtype"));
        long[] shape = naturals(name, "shape", entry.path("shape"));
        long[] offsets = naturals(name, "data_offsets", entry.path("data_offsets"));
        if (offsets.length != 2 || offsets[0] > offsets[1] || offsets[1] > dataLength) {
            throw malformed("the data_offsets of tensor '" + name + "' are "
                    + entry.path("data_offsets") + ", expected a begin and an end within the "
                    + dataLength + " bytes of data");
        }
        long length = offsets[1] - offsets[0];
        if (length != bytes(name, type, shape)) {
            throw malformed("tensor '" + name + "' has " + length + " bytes, expected "
                    + bytes(name, type, shape) + " for shape " + entry.path("shape") + " of "
                    + type);
        }
        return new TensorInfo(name, type, shape, offsets[0], length);
    }

    private DataType type(String name, JsonNode dtype) {
        for (DataType type : DataType.values()) {
            if (dtype.isString() && type.name().equals(dtype.stringValue())) {
                return type;
            }
        }
        throw malformed("tensor '" + name + "' has the unknown dtype " + dtype
                + ", expected one of " + List.of(DataType.values()));
    }

    private long[] naturals(String name, String field, JsonNode array) {
        boolean valid = array.isArray()
                && array.values().stream()
                        .allMatch(n ->
                                n.isIntegralNumber() && n.canConvertToLong() && n.longValue() >= 0);
        if (!valid) {
            throw malformed("the " + field + " of tensor '" + name + "' is " + array
                    + ", expected an array of integers from 0 to 2^63-1");
        }
        return array.values().stream().mapToLong(JsonNode::longValue).toArray();
    }

    private long bytes(String name, DataType type, long[] shape) {
        try {
            long bytes = type.bytes();
            for (long dimension : shape) {
                bytes = Math.multiplyExact(bytes, dimension);
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw malformed("the shape of tensor '" + name + "' has more than 2^63-1 bytes");
        }
    }

    private void checkContiguous(List<TensorInfo> tensors) {
        long end = 0;
        for (TensorInfo tensor : tensors) {
            if (tensor.begin() != end) {
                throw malformed(
                        "the data of tensor '" + tensor.name() + "' begins at " + tensor.begin()
                                + ", expected " + end + " where the tensor before it ends");
            }
            end = tensor.end();
        }
        if (end != dataLength) {
            throw malformed("the tensors end at byte " + end + " of the data, expected "
                    + dataLength + ", the end of the file");
        }
    }

    private CheckpointException malformed(String what) {
        return new CheckpointException(place + " is not a valid safetensors file: " + what
                + ". It may be damaged; fetch it again.");
    }
}
