/** Offers of four implementations as they made them, with addresses of documentation put in. For tests. */

export const CHROMIUM_OFFER = `v=0
o=- 6707571899499327170 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS
m=application 38463 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 192.0.2.2
a=candidate:2679324243 1 udp 2113937151 192.0.2.2 38463 typ host generation 0 network-cost 999
a=candidate:1423310771 1 udp 2113942271 2001:db8::2 59980 typ host generation 0 network-cost 999
a=candidate:4108323751 1 tcp 1518280447 192.0.2.2 9 typ host tcptype active generation 0 network-cost 999
a=ice-ufrag:Aa+e
a=ice-pwd:afeltRpeRiBt2kE3QCdnjIwi
a=ice-options:trickle
a=fingerprint:sha-256 76:26:E8:FD:25:AE:04:BF:57:D0:B3:DC:30:93:2A:DE:B6:F0:04:9E:D7:27:1D:67:F0:AA:07:5D:1B:50:C1:CA
a=setup:actpass
a=mid:0
a=sctp-port:5000
a=max-message-size:262144
`.replaceAll("\n", "\r\n");

export const FIREFOX_OFFER = `v=0
o=mozilla...THIS_IS_SDPARTA-99.0 3557286024538408905 0 IN IP4 0.0.0.0
s=-
t=0 0
a=sendrecv
a=fingerprint:sha-256 4E:30:EC:12:81:CC:A2:A0:87:C7:1E:B4:78:6F:79:9B:72:6D:04:1B:08:07:DB:27:70:C7:2C:DC:61:ED:F9:AB
a=group:BUNDLE 0
a=ice-options:trickle
a=msid-semantic:WMS *
m=application 59261 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 198.51.100.250
a=candidate:0 1 UDP 2122252543 7ecb62fa-800f-4ed3-a2a5-943f72c0ea00.local 52465 typ host
a=candidate:4 1 TCP 2105524479 7ecb62fa-800f-4ed3-a2a5-943f72c0ea00.local 9 typ host tcptype active
a=candidate:5 1 UDP 8331263 198.51.100.250 46016 typ relay raddr 198.51.100.250 rport 46016
a=candidate:1 1 UDP 1686052863 203.0.113.184 52465 typ srflx raddr 0.0.0.0 rport 0
a=candidate:3 1 UDP 92217087 198.51.100.250 59261 typ relay raddr 198.51.100.250 rport 59261
a=sendrecv
a=end-of-candidates
a=ice-pwd:34dfb654996bd42f78e0feeadd7122bd
a=ice-ufrag:b590d940
a=mid:0
a=setup:actpass
a=sctp-port:5000
a=max-message-size:1073741823
`.replaceAll("\n", "\r\n");

export const SAFARI_OFFER = `v=0
o=- 8148572839875102105 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS
m=application 61015 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 203.0.113.208
a=candidate:3317362580 1 udp 2113937151 c0ffee00-1234-4abc-9def-0123456789ab.local 61015 typ host generation 0 network-cost 999
a=candidate:3103151263 1 udp 2113939711 fedcba98-7654-4321-8fed-cba987654321.local 61016 typ host generation 0 network-cost 999
a=candidate:842163049 1 udp 1677729535 203.0.113.208 61015 typ srflx raddr 0.0.0.0 rport 0 generation 0 network-cost 999
a=ice-ufrag:XSmV
a=ice-pwd:Ss5xY4RMFEJASRvK5TIPgLN9
a=ice-options:trickle
a=fingerprint:sha-256 F2:68:A5:17:E7:85:D6:4E:23:F1:5D:02:39:9E:0F:B5:EA:C0:BD:FC:F5:27:3E:38:9B:BA:4E:AF:8B:35:AF:89
a=setup:actpass
a=mid:0
a=sctp-port:5000
a=max-message-size:262144
`.replaceAll("\n", "\r\n");

export const WERIFT_OFFER = `v=0
o=- 64619678 0 IN IP4 0.0.0.0
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic:WMS *
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=candidate:32b1715da3b0ef8ba684454eb 1 udp 2116026367 192.0.2.2 39427 typ host generation 0 ufrag e601
a=candidate:9c29a2bc887618212a1623bfa 1 udp 2116026367 2001:db8::2 58596 typ host generation 0 ufrag e601
a=end-of-candidates
a=ice-ufrag:e601
a=ice-pwd:72c7928938af9d2b997aea
a=ice-options:trickle
a=fingerprint:sha-256 8B:FE:DB:B9:A6:4D:F1:21:40:29:11:20:BF:0F:2D:40:4E:94:99:F1:EE:D3:90:F7:A0:06:B7:FE:4D:5D:80:86
a=setup:actpass
a=mid:0
a=sctp-port:5000
a=max-message-size:65536
`.replaceAll("\n", "\r\n");
